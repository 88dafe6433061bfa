import { expect, test } from 'vitest'
import { fromGps, placeIn } from '@/activities/form/mapLinks'

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
])('%s is understood', (text, place) => {
  expect(placeIn(text)).toEqual({ place })
})

test.each([
  ['https://surl.amap.com/abc', 'short'],
  ['https://www.amap.com/place/B0FF', 'none'],
  ['https://', 'none'],
  ['图书馆', 'none'],
  ['95, 10', 'range'],
])('%s is refused as %s', (text, problem) => {
  expect(placeIn(text)).toEqual({ problem })
})

test('what a receiver says is moved by some hundred metres', () => {
  const { latitude, longitude } = fromGps({ name: '', latitude: 39.915, longitude: 116.404 })
  // As the tables of eviltransform and coordtransform have Tian'anmen.
  expect(latitude).toBeCloseTo(39.91640428150164, 6)
  expect(longitude).toBeCloseTo(116.41024449916938, 6)
})
