/** Everything people read, in English; complete, as its type says. */

import type { Texts } from '../index'
import { activities } from './activities'
import { common } from './common'
import { failures } from './failures'
import { reviews } from './reviews'
import { session } from './session'
import { shell } from './shell'

export const en: Texts = { activities, common, failures, reviews, session, shell }
