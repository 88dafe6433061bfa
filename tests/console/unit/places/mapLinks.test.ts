import { expect, test } from 'vitest'
import { inGcj02 } from '@/places/datums'
import { placeIn } from '@/places/mapLinks'

const HALL = { name: '图书馆', latitude: 25.04, longitude: 102.71 }
const NAMELESS = { ...HALL, name: '' }

test.each([
  ['https://uri.amap.com/marker?position=102.71,25.04&name=图书馆', HALL],
  ['https://www.amap.com/?q=25.04,102.71,图书馆', HALL],
  ['https://wb.amap.com/?p=B0FFABCD,25.04,102.71,图书馆,校内', HALL],
  ['https://ditu.amap.com/regeo?lng=102.71&lat=25.04', NAMELESS],
  ['https://apis.map.qq.com/uri/v1/marker?marker=coord:25.04,102.71;title:图书馆;addr:校内&referer=x', HALL],
  ['https://map.qq.com/?type=marker&pointx=102.71&pointy=25.04&name=图书馆', HALL],
  ['我在这里：https://uri.amap.com/marker?position=102.71,25.04&name=图书馆 快来', HALL],
  ['25.04, 102.71', NAMELESS],
  ['25.04，102.71', NAMELESS],
  // As pickers of coordinates say it.
  ['102.71,25.04', NAMELESS],
  ['https://api.map.baidu.com/marker?location=25.04,102.71&title=图书馆&coord_type=gcj02', HALL],
  ['https://www.google.com/maps/place/图书馆/@25.05,102.72,17z/data=!3m1!4b1!8m2!3d25.04!4d102.71', HALL],
  ['https://www.google.com/maps/place/%E0%A4%A/@25.04,102.71,17z', { ...HALL, name: '\uFFFD%A' }],
  ['https://www.google.com/maps?q=25.04,102.71', NAMELESS],
  ['https://maps.apple.com/place?coordinate=25.04,102.71&name=图书馆', HALL],
])('%s is understood', (text, place) => {
  expect(placeIn(text)).toEqual({ place })
})

test.each([
  ['https://surl.amap.com/abc', 'short'],
  ['https://j.map.baidu.com/a/b', 'short'],
  ['https://maps.app.goo.gl/abc', 'short'],
  ['https://map.baidu.com/poi/图书馆/@12959219.6,4825334.5,19z', 'projected'],
  ['https://example.org/?q=25.04,102.71', 'none'],
  ['https://www.amap.com/place/B0FF', 'none'],
  ['https://', 'none'],
  ['图书馆', 'none'],
  ['95, -10', 'range'],
])('%s is refused as %s', (text, problem) => {
  expect(placeIn(text)).toEqual({ problem })
})

test.each([
  // As the tables of eviltransform and coordtransform have Tian'anmen.
  ['wgs84', 39.915, 116.404, 39.91640428150164, 116.41024449916938],
  ['bd09', 39.915, 116.404, 39.90865673957631, 116.39762729119315],
  ['gcj02', 39.915, 116.404, 39.915, 116.404],
  // Nothing is moved outside of China.
  ['wgs84', 51.5, -0.12, 51.5, -0.12],
] as const)('what is said in %s is moved by some hundred metres, or not', (datum, lat, lng, latitude, longitude) => {
  const found = inGcj02({ name: '', latitude: lat, longitude: lng }, datum)
  expect(found.latitude).toBeCloseTo(latitude, 6)
  expect(found.longitude).toBeCloseTo(longitude, 6)
})

test.each([
  'geo:39.915,116.404?z=17',
  'https://www.openstreetmap.org/?mlat=39.915&mlon=116.404#map=17/39.9/116.4',
  'https://www.openstreetmap.org/#map=17/39.915/116.404',
])('%s is of a receiver', (text) => {
  const found = placeIn(text)
  expect('place' in found && found.place.longitude).toBeCloseTo(116.41024449916938, 6)
})
