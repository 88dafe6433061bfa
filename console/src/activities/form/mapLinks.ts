/**
 * Where a link of Tencent's or Amap's map points, or two numbers that somebody typed. Pure.
 *
 * Both maps speak GCJ-02, as the server does; only what a GPS receiver says is converted.
 */

import type { PlaceDraft } from './draft'

export type Unread = 'short' | 'none' | 'range'
export type Found = { place: PlaceDraft } | { problem: Unread }

/** Short links say where they lead only to who follows them, and a page may not. */
const SHORT = /^(surl\.amap\.com|s\.map\.qq\.com|j\.map\.baidu\.com|url\.amap\.com)$/
const TWO_NUMBERS = /(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)/

const placeOf = (latitude: number, longitude: number, name = ''): Found =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
    ? { place: { name: name.slice(0, 64), latitude, longitude } }
    : { problem: 'range' }

const numbers = (text: string | null | undefined): [number, number] | null => {
  const found = TWO_NUMBERS.exec(text ?? '')
  return found ? [Number(found[1]), Number(found[2])] : null
}

/** Tencent says latitude first; `marker=coord:39.98,116.31;title:name;addr:...`. */
const fromTencent = ({ searchParams: query }: URL): Found | null => {
  const marker = query.get('marker') ?? ''
  const found = numbers(/coord:([^;]+)/.exec(marker)?.[1] ?? query.get('coord') ?? query.get('center'))
  const separate = [Number(query.get('pointy')), Number(query.get('pointx'))] as const
  const name = /title:([^;]+)/.exec(marker)?.[1] ?? query.get('name') ?? query.get('title') ?? ''
  if (found) return placeOf(found[0], found[1], name)
  return separate[0] && separate[1] ? placeOf(separate[0], separate[1], name) : null
}

/** Amap says longitude first in `position`, `location` and `lnglat`, latitude first in `p=id,lat,lng,name` and `q=lat,lng,name`. */
const fromAmap = ({ searchParams: query }: URL): Found | null => {
  const name = query.get('name') ?? query.get('poiname') ?? ''
  const found = numbers(query.get('position') ?? query.get('location') ?? query.get('lnglat') ?? query.get('dest'))
  if (found) return placeOf(found[1], found[0], name)
  const [lat, lng] = [Number(query.get('lat')), Number(query.get('lng') ?? query.get('lon'))]
  if (lat && lng) return placeOf(lat, lng, name)
  const parts = (query.get('p') ?? `,${query.get('q') ?? ''}`).split(',')
  const [at, on] = [Number(parts[1]), Number(parts[2])]
  return at && on ? placeOf(at, on, parts[3]) : null
}

const fromLink = (text: string): Found => {
  const url = new URL(text)
  if (SHORT.test(url.hostname)) return { problem: 'short' }
  const found = url.hostname.endsWith('.qq.com') ? fromTencent(url) : fromAmap(url)
  return found ?? { problem: 'none' }
}

/** What was pasted: a link, also within what an app shares around it, or "latitude, longitude". */
export const placeIn = (text: string): Found => {
  const link = /https?:\/\/\S+/.exec(text)?.[0]
  if (link && URL.canParse(link)) return fromLink(link)
  const found = numbers(text)
  return found ? placeOf(...found) : { problem: 'none' }
}

const AXIS = 6378245
const ECCENTRICITY = 0.006693421622965943

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

/**
 * GCJ-02 of what a GPS receiver says (WGS 84), within China.
 *
 * Source: https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China#GCJ-02
 */
export const fromGps = ({ name, latitude, longitude }: PlaceDraft): PlaceDraft => {
  const [x, y] = [longitude - 105, latitude - 35]
  const angle = (latitude / 180) * Math.PI
  const magic = 1 - ECCENTRICITY * Math.sin(angle) ** 2
  const meridian = (AXIS * (1 - ECCENTRICITY)) / (magic * Math.sqrt(magic))
  return {
    name,
    latitude: latitude + (shiftLatitude(x, y) * 180) / (meridian * Math.PI),
    longitude: longitude + (shiftLongitude(x, y) * 180) / ((AXIS / Math.sqrt(magic)) * Math.cos(angle) * Math.PI),
  }
}
