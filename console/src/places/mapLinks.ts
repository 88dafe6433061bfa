/** Where a link of a map points, or two numbers that somebody typed, in GCJ-02. Pure. */

import { inGcj02, isInChina } from './datums'
import type { Datum, PlaceDraft } from './place'

/** `projected`: it counts in metres of a projection of Baidu's own. */
export type Unread = 'short' | 'projected' | 'none' | 'range'
export type Found = { place: PlaceDraft } | { problem: Unread }

/** Short links say where they lead only to who follows them, and a page may not. */
const SHORT =
  /^((surl|url)\.amap\.com|(s|url)\.map\.qq\.com|(j\.map|u\.map)\.baidu\.com|(maps\.app\.)?goo\.gl|maps\.apple)$/
const TWO_NUMBERS = /(?<![\d.])(-?\d{1,3}(?:\.\d+)?)\s*[,，;；\s]\s*(-?\d{1,3}(?:\.\d+)?)(?![\d.])/

/** Latitude and longitude, and the name where the link has one. */
type Told = [latitude: number, longitude: number, name?: string | null, datum?: Datum]
type Reader = (url: URL) => Told | null

const numbers = (text: string | null | undefined): [number, number] | null => {
  const found = TWO_NUMBERS.exec(text ?? '')
  return found ? [Number(found[1]), Number(found[2])] : null
}

const swapped = ([first, second]: [number, number]): [number, number] => [second, first]

const placeOf = ([latitude, longitude, name, datum = 'gcj02']: Told): Found =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
    ? { place: inGcj02({ name: (name ?? '').slice(0, 64), latitude, longitude }, datum) }
    : { problem: 'range' }

/** Tencent says latitude first; `marker=coord:39.98,116.31;title:name;addr:...`. */
const fromTencent: Reader = ({ searchParams: query }) => {
  const marker = query.get('marker') ?? ''
  const found = numbers(/coord:([^;]+)/.exec(marker)?.[1] ?? query.get('coord') ?? query.get('center'))
  const name = /title:([^;]+)/.exec(marker)?.[1] ?? query.get('name') ?? query.get('title')
  const separate = numbers(`${query.get('pointy')},${query.get('pointx')}`)
  const point = found ?? separate
  return point && [...point, name]
}

/** Amap says longitude first in `position`, `location`, `lnglat` and `dest`, latitude first in `p=id,lat,lng,name` and `q=lat,lng,name`. */
const fromAmap: Reader = ({ searchParams: query }) => {
  const name = query.get('name') ?? query.get('poiname')
  const found = numbers(query.get('position') ?? query.get('location') ?? query.get('lnglat') ?? query.get('dest'))
  if (found) return [...swapped(found), name]
  const separate = numbers(`${query.get('lat')},${query.get('lng') ?? query.get('lon')}`)
  if (separate) return [...separate, name]
  const [, latitude, longitude, called] = (query.get('p') ?? `,${query.get('q') ?? ''}`).split(',')
  const point = numbers(`${latitude},${longitude}`)
  return point && [...point, called]
}

const BAIDU_DATUMS: Record<string, Datum> = { gcj02: 'gcj02', gcj02ll: 'gcj02', wgs84: 'wgs84', wgs84ll: 'wgs84' }

/** Baidu says latitude first in `location`, `latlng` and `center` of its URI API. */
const fromBaidu: Reader = ({ searchParams: query }) => {
  const point = numbers(query.get('location') ?? query.get('latlng') ?? query.get('center'))
  const name = query.get('title') ?? query.get('name') ?? query.get('content')
  return point && [...point, name, BAIDU_DATUMS[query.get('coord_type') ?? ''] ?? 'bd09']
}

/** The marker of `!3d39.9!4d116.3` is more exact than the middle of the map in `@39.9,116.3,17z`. In China its streets are in GCJ-02. */
const fromGoogle: Reader = ({ pathname, searchParams: query }) => {
  const called = /\/place\/([^/@]+)/.exec(pathname)?.[1]
  const name = called && new URLSearchParams(`called=${called}`).get('called')
  const marker = /!3d(-?[\d.]+)!4d(-?[\d.]+)/.exec(pathname)
  const point =
    numbers(marker && `${marker[1]},${marker[2]}`) ??
    numbers(query.get('q') ?? query.get('query') ?? query.get('ll') ?? query.get('center')) ??
    numbers(/@(-?[\d.]+,-?[\d.]+)/.exec(pathname)?.[1])
  return point && [...point, numbers(name) ? null : name]
}

const fromApple: Reader = ({ searchParams: query }) => {
  const point = numbers(query.get('coordinate') ?? query.get('ll'))
  return point && [...point, query.get('name') ?? query.get('q')]
}

const fromOpenStreetMap: Reader = ({ hash, searchParams: query }) => {
  const view = /map=[\d.]+\/(-?[\d.]+)\/(-?[\d.]+)/.exec(hash)
  const point = numbers(`${query.get('mlat')},${query.get('mlon')}`) ?? numbers(view && `${view[1]},${view[2]}`)
  return point && [...point, null, 'wgs84']
}

const READERS: [host: RegExp, reader: Reader][] = [
  [/(^|\.)qq\.com$/, fromTencent],
  [/(^|\.)amap\.com$/, fromAmap],
  [/(^|\.)baidu\.com$/, fromBaidu],
  [/(^|\.)google\.[a-z.]+$/, fromGoogle],
  [/^maps\.apple\.com$/, fromApple],
  [/(^|\.)openstreetmap\.org$/, fromOpenStreetMap],
]
/** Of the map in a browser: `map.baidu.com/@12959219,4825334,17z`. */
const PROJECTED = /@\d{7,}[\d.]*,\d{6,}/

const fromLink = (url: URL): Found => {
  if (SHORT.test(url.hostname)) return { problem: 'short' }
  const told = READERS.find(([host]) => host.test(url.hostname))?.[1](url)
  if (told) return placeOf(told)
  return { problem: PROJECTED.test(url.href) ? 'projected' : 'none' }
}

/** Latitude first, unless it can only be the other way round: pickers of coordinates say longitude first. */
const fromNumbers = (point: [number, number]): Found => {
  const [first, second] = point
  const isTurned =
    isInChina({ latitude: second, longitude: first }) && !isInChina({ latitude: first, longitude: second })
  return placeOf(isTurned ? swapped(point) : point)
}

/** What was pasted: a link, also within what an app shares around it, or "latitude, longitude". */
export const placeIn = (text: string): Found => {
  const link = /https?:\/\/\S+/.exec(text)?.[0]
  if (link && URL.canParse(link)) return fromLink(new URL(link))
  const found = numbers(text)
  if (!found) return { problem: 'none' }
  return /^\s*geo:/i.test(text) ? placeOf([...found, null, 'wgs84']) : fromNumbers(found)
}
