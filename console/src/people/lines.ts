/** What lists and files say of a person. Pure but for the words. */

import type { Activity, Person } from '@/activity/queries'
import { format } from '@/parts/times'

type Say = (key: string, named?: Record<string, unknown>) => string
export type StatusWord = NonNullable<Person['status']> | 'leave' | 'not_yet'
export type Tone = 'good' | 'wait' | 'bad' | undefined

const TONES: Record<StatusWord, Tone> = {
  checked_in: 'good',
  pending_review: 'wait',
  provisional: 'wait',
  refused: 'bad',
  absent: 'bad',
  leave: undefined,
  not_yet: undefined,
}

/** Who has not tried may be on leave, or still come, until nobody can any more. */
export const statusOf = ({ status, answer }: Pick<Person, 'status' | 'answer'>, isOver: boolean): StatusWord =>
  status ?? (answer === 'leave' ? 'leave' : isOver ? 'absent' : 'not_yet')

/** The word beside a name and its colour; late people are in, and that they are late says more. */
export const tagOf = (person: Person, isOver: boolean): { word: string; tone: Tone } => {
  if (person.status === 'checked_in' && person.punctuality === 'late') return { word: 'people.late', tone: 'wait' }
  const status = statusOf(person, isOver)
  return { word: `people.statuses.${status}`, tone: TONES[status] }
}

/** A list as a message: whom it is about, how many they are, and their names. */
export const namesOf = (
  people: readonly Pick<Person, 'name'>[],
  { title, what }: { title: string; what: string },
  t: Say,
): string => {
  const names = people.map(({ name }) => name || t('common.unnamed')).join('、')
  return `【${title}】${t('people.namesHead', { what, n: people.length })}\n${names}`
}

/** The head of a file, with what an activity asks as columns of their own. */
export const headOf = ({ ask }: Activity, t: Say): string[] => [
  ...[
    'name',
    'number',
    'group',
    'status',
    'punctuality',
    'checkedInAt',
    'method',
    'gate',
    'leftAt',
    'mark',
    'reasons',
    'undecided',
    'listed',
  ].map((name) => t(`people.columns.${name}`)),
  ...ask.map(({ detail, label }) => label || t(`form.questions.${detail}`)),
]

/** A time as spreadsheets read it, in the zone of the activity. */
const at = (text: string | null, zone: string): string =>
  text ? format('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(Date.parse(text)) : ''

const yes = (is: boolean | null, t: Say) => (is === null ? '' : t(is ? 'people.yes' : 'people.no'))

/** What somebody counts as on whom nobody decided; empty for everybody else. */
const lapsedAs = ({ reasons, status }: Person, t: Say): string =>
  reasons.includes('UNDECIDED') ? t(`people.countsAs.${status === 'checked_in' ? 'present' : 'absent'}`) : ''

/** A person as a row of a file. */
export const rowOf = (person: Person, { ask, time_zone }: Activity, isOver: boolean, t: Say): string[] => [
  person.name,
  person.number,
  person.group,
  t(`people.statuses.${statusOf(person, isOver)}`),
  person.punctuality ? t(`people.punctualities.${person.punctuality}`) : '',
  at(person.checked_in_at, time_zone),
  person.method ? t(`common.methods.${person.method}`) : '',
  person.gate ?? '',
  at(person.left_at, time_zone),
  person.mark ? t(`people.marks.${person.mark}`) : '',
  person.reasons.map((reason) => t(`reasons.${reason}.why`)).join('；'),
  lapsedAs(person, t),
  yes(person.is_listed, t),
  ...ask.map((_, index) => person.details[index] ?? ''),
]
