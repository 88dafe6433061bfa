/** What lists can be narrowed to, in words: for those who choose, and where it is told what was chosen. */

import { useI18n } from 'vue-i18n'
import { useReasons } from '@/parts/useReasons'
import { METHODS, PUNCTUALITIES, STATUSES, type Filters } from './filters'

export interface Choice {
  value: string
  label: string
}

/** Of each filter all that it offers but everybody; one that is left out is not offered. */
export type Choices = Partial<Record<keyof Filters, readonly Choice[]>>

/** What there is of an activity, or of many. */
export interface Offer {
  isListed: boolean
  isOver: boolean
  gates: readonly string[]
  groups: readonly string[]
  reasons: readonly string[]
  asks: boolean
}

const plain = (found: readonly string[]): Choice[] => found.map((one) => ({ value: one, label: one }))

export const useChoices = () => {
  const { t } = useI18n()
  const { explain } = useReasons()

  /** Until it is over nobody is missing for good. */
  const statusWord = (one: Filters['status'], isOver: boolean) =>
    t(one === 'absent' && !isOver ? 'people.statuses.not_yet' : `people.statuses.${one}`)

  const named = <T extends string>(found: readonly T[], word: (one: T) => string): Choice[] =>
    found.filter(Boolean).map((one) => ({ value: one, label: word(one) }))

  const choicesOf = ({ isListed, isOver, gates, groups, reasons, asks }: Offer) => ({
    status: named(
      STATUSES.filter((one) => one !== 'absent' || isListed),
      (one) => statusWord(one, isOver),
    ),
    punctuality: named(PUNCTUALITIES, (one) => t(`people.punctualities.${one}`)),
    method: named(METHODS, (one) => t(`common.methods.${one}`)),
    gate: plain(gates),
    group: plain(groups),
    reason: named(reasons, (reason) => explain({ reason }).why),
    details: asks ? [{ value: 'missing', label: t('people.missing') }] : [],
  })

  /** What was chosen, a word each. */
  const wordsOf = (filters: Filters): string[] => {
    const choices = choicesOf({
      ...ANYTHING,
      gates: [filters.gate],
      groups: [filters.group],
      reasons: [filters.reason],
    })
    const words = Object.entries(choices).map(
      ([name, offered]) => offered.find(({ value }) => value && value === filters[name as keyof Filters])?.label ?? '',
    )
    return [...words, filters.q && t('people.named', { q: filters.q })].filter(Boolean)
  }

  return { statusWord, choicesOf, wordsOf }
}

const ANYTHING: Offer = { isListed: true, isOver: true, gates: [], groups: [], reasons: [], asks: false }
