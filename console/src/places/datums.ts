/** From what a GPS receiver or Baidu's map says to what the other maps of China, and the server, say. Pure. */

import type { Datum, PlaceDraft } from './place'

const AXIS = 6378245
const ECCENTRICITY = 0.006693421622965943
/** Where the shift applies, as all tables of it have it. */
const CHINA = { south: 0.8293, north: 55.8271, west: 72.004, east: 137.8347 }

type Point = Pick<PlaceDraft, 'latitude' | 'longitude'>

export const isInChina = ({ latitude, longitude }: Point): boolean =>
  latitude > CHINA.south && latitude < CHINA.north && longitude > CHINA.west && longitude < CHINA.east

/** Of the waves of the shift, by amplitude and the divisor of the half turn. */
const waves = (v: number, ...parts: [amplitude: number, divisor: number][]) =>
  parts.reduce((sum, [amplitude, divisor]) => sum + (amplitude * Math.sin((v / divisor) * Math.PI) * 2) / 3, 0)

const shared = (x: number) => waves(x, [20, 1 / 6], [20, 1 / 2])

const shiftLatitude = (x: number, y: number) =>
  -100 +
  2 * x +
  3 * y +
  0.2 * y * y +
  0.1 * x * y +
  0.2 * Math.sqrt(Math.abs(x)) +
  shared(x) +
  waves(y, [20, 1], [40, 3], [160, 12], [320, 30])

const shiftLongitude = (x: number, y: number) =>
  300 +
  x +
  2 * y +
  0.1 * x * x +
  0.1 * x * y +
  0.1 * Math.sqrt(Math.abs(x)) +
  shared(x) +
  waves(x, [20, 1], [40, 3], [150, 12], [300, 30])

/** Source: https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China#GCJ-02 */
const fromGps = (point: Point): Point => {
  if (!isInChina(point)) return point
  const { latitude, longitude } = point
  const [x, y] = [longitude - 105, latitude - 35]
  const angle = (latitude / 180) * Math.PI
  const magic = 1 - ECCENTRICITY * Math.sin(angle) ** 2
  const meridian = (AXIS * (1 - ECCENTRICITY)) / (magic * Math.sqrt(magic))
  return {
    latitude: latitude + (shiftLatitude(x, y) * 180) / (meridian * Math.PI),
    longitude: longitude + (shiftLongitude(x, y) * 180) / ((AXIS / Math.sqrt(magic)) * Math.cos(angle) * Math.PI),
  }
}

const BAIDU_TURN = (Math.PI * 3000) / 180

/** Source: https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China#BD-09 */
const fromBaidu = (point: Point): Point => {
  if (!isInChina(point)) return point
  const [x, y] = [point.longitude - 0.0065, point.latitude - 0.006]
  const radius = Math.hypot(x, y) - 0.00002 * Math.sin(y * BAIDU_TURN)
  const angle = Math.atan2(y, x) - 0.000003 * Math.cos(x * BAIDU_TURN)
  return { latitude: radius * Math.sin(angle), longitude: radius * Math.cos(angle) }
}

const CONVERSIONS: Record<Datum, (point: Point) => Point> = {
  gcj02: (point) => point,
  bd09: fromBaidu,
  wgs84: fromGps,
}

/** A place of another datum in GCJ-02. */
export const inGcj02 = (place: PlaceDraft, datum: Datum): PlaceDraft => ({ ...place, ...CONVERSIONS[datum](place) })
