/** Everything people read, in English; complete, as its type says. */

import type { Texts } from '../index'
import { activities } from './activities'
import { activity } from './activity'
import { common } from './common'
import { displays } from './displays'
import { exports } from './exports'
import { failures } from './failures'
import { form } from './form'
import { inbox } from './inbox'
import { kiosk } from './kiosk'
import { organisation } from './organisation'
import { overview } from './overview'
import { people } from './people'
import { places } from './places'
import { reports } from './reports'
import { reviews } from './reviews'
import { rosters } from './rosters'
import { schedules } from './schedules'
import { session } from './session'
import { shell } from './shell'
import { tags } from './tags'
import { wall } from './wall'

export const en: Texts = {
  activities,
  activity,
  common,
  displays,
  exports,
  failures,
  form,
  inbox,
  kiosk,
  organisation,
  overview,
  people,
  places,
  reports,
  reviews,
  rosters,
  schedules,
  session,
  shell,
  tags,
  wall,
}
