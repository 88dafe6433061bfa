/** A verdict in the words of whoever stands before the kiosk. */

import { useI18n } from 'vue-i18n'
import { clock } from '@/parts/times'
import { useReasons } from '@/parts/useReasons'
import type { Verdict } from './verdicts'

const UNEXPLAINED = ['in', 'out', 'again', 'already', 'gone', 'provisional']

export const useVerdictWords = () => {
  const { t, te } = useI18n()
  const { explain, duration } = useReasons()

  const reasonOf = ({ word, reason }: Verdict): string[] => {
    if (!reason || UNEXPLAINED.includes(word)) return []
    const key = `kiosk.reasons.${reason.reason}`
    if (te(`${key}.why`, 'zh')) return [t(`${key}.why`), t(`${key}.what`)]
    const { why, much } = explain(reason)
    return [[why, much].filter(Boolean).join(' · '), t('kiosk.toStaff')]
  }

  const whenOf = ({ word, answer }: Verdict, zone?: string): string => {
    const since = answer?.earlier?.checked_in_at ?? (word === 'in' || word === 'out' ? answer?.checked_in_at : null)
    if (!since) return ''
    const [at, where] = [clock(Date.parse(since), zone), answer?.earlier?.gate]
    return where ? t('kiosk.at', { at, where }) : at
  }

  const lateOf = ({ word, answer }: Verdict): string =>
    word === 'in' && answer?.punctuality === 'late' ? t('kiosk.late', { much: duration(answer.late_by_s) }) : ''

  const noteOf = ({ word }: Verdict): string => {
    const key: string = `kiosk.notes.${word}`
    return te(key, 'zh') ? t(key) : ''
  }

  /** What it is called, and the lines below. */
  const say = (verdict: Verdict, zone?: string): { title: string; lines: string[] } => {
    const lines = [whenOf(verdict, zone), lateOf(verdict), ...reasonOf(verdict), noteOf(verdict)]
    return { title: t(`kiosk.verdicts.${verdict.word}`), lines: [...new Set(lines.filter(Boolean))] }
  }

  return { say }
}
