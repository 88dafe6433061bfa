/** What people read of a failure, in their language. */

import { useI18n } from 'vue-i18n'
import { asFailure, type Failure } from './failure'

/** Says failures: `say(error)` as one sentence, `sayFields(error)` by the name of the field. */
export const useFailureWords = () => {
  const { t, te } = useI18n()

  const byKey = (key: string) => (te(key, 'zh') ? t(key) : '')

  const ofProblem = (failure: Failure) =>
    byKey(`reasons.${failure.reason}.why`) ||
    (failure.reason !== 'INVALID_ARGUMENT' && byKey(`failures.reasons.${failure.reason}`)) ||
    failure.problem?.message ||
    byKey(`failures.statuses.${failure.status}`) ||
    t(failure.status >= 500 ? 'failures.statuses.503' : 'failures.kinds.broken')

  const say = (thrown: unknown): string => {
    const failure = asFailure(thrown)
    const cause = failure.kind === 'problem' ? ofProblem(failure) : t(`failures.kinds.${failure.kind}`)
    if (failure.status !== 429 || !failure.retryAfterS) return cause
    return `${cause} (${t('failures.retryIn', { s: failure.retryAfterS })})`
  }

  const sayFields = (thrown: unknown): Record<string, string> =>
    Object.fromEntries(
      Object.entries(asFailure(thrown).fields).map(([field, message]) => [field, t('failures.field', { message })]),
    )

  return { say, sayFields }
}
