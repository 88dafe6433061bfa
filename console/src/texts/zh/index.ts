/** Everything people read, in Chinese: a file for each room. */

import { activities } from './activities'
import { activity } from './activity'
import { common } from './common'
import { displays } from './displays'
import { exports } from './exports'
import { failures } from './failures'
import { form } from './form'
import { kiosk } from './kiosk'
import { organisation } from './organisation'
import { overview } from './overview'
import { people } from './people'
import { places } from './places'
import { reports } from './reports'
import { reviews } from './reviews'
import { rosters } from './rosters'
import { session } from './session'
import { shell } from './shell'
import { tags } from './tags'
import { wall } from './wall'

export const zh = {
  activities,
  activity,
  common,
  displays,
  exports,
  failures,
  form,
  kiosk,
  organisation,
  overview,
  people,
  places,
  reports,
  reviews,
  rosters,
  session,
  shell,
  tags,
  wall,
}
