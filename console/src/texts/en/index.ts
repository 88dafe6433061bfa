/** Everything people read, in English; complete, as its type says. */

import type { Texts } from '../index'
import { activities } from './activities'
import { common } from './common'
import { failures } from './failures'
import { session } from './session'
import { shell } from './shell'

export const en: Texts = { common, failures, session, shell, activities }
