/** A place where people check in, in GCJ-02, as the maps of Tencent and Amap and the server speak. */
export interface PlaceDraft {
  name: string
  latitude: number
  longitude: number
}

export type Datum = 'gcj02' | 'bd09' | 'wgs84'
