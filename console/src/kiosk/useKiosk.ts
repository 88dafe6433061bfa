/**
 * What stands before a kiosk: ready, asking, or saying what became of a code, after which it is ready by itself. Nothing is
 * kept for later: what had no answer is said to be lost, and the same code shown again is the same attempt.
 */

import { tryOnScopeDispose, useTimeoutFn } from '@vueuse/core'
import { computed, ref, shallowRef } from 'vue'
import { asFailure } from '@/api/failure'
import { newAttemptId } from '@/api/ids'
import { LENGTH, parted, shownBy, type Shown } from './codes'
import type { AtKiosk, KioskAnswer } from './queries'
import { isWorthAnother, ofAnswer, ofFailure, shownMs, UNREADABLE, type Verdict } from './verdicts'

const AGAIN_MS = [500, 1_500]
/** A scanner that is held in place reads the same code again and again. */
const SAME_MS = 4_000
/** What somebody began to type and left. */
const FORGOTTEN_MS = 20_000
const MOST_TYPED = 200

interface Attempt {
  code: string
  id: string
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Around {
  checkIn: (body: AtKiosk) => Promise<KioskAnswer>
  /** Somebody was told what became of their code. */
  say: (verdict: Verdict) => void
  /** This browser may be no kiosk any more. */
  doubt: () => void
}

export const useKiosk = ({ checkIn, say, doubt }: Around) => {
  const typed = ref('')
  const verdict = shallowRef<Verdict | null>(null)
  const isAsking = ref(false)
  let next = ''
  let last: Attempt | null = null
  let answeredAt = Number.NEGATIVE_INFINITY

  const ready = () => {
    verdict.value = null
  }
  const shownFor = ref(0)
  const back = useTimeoutFn(ready, shownFor, { immediate: false })
  const forget = useTimeoutFn(() => (typed.value = ''), FORGOTTEN_MS, { immediate: false })

  const tell = (found: Verdict) => {
    verdict.value = found
    shownFor.value = shownMs(found)
    back.start()
    say(found)
  }

  /** One attempt, sent again while that may help. */
  const sent = async (body: AtKiosk, pauses = AGAIN_MS): Promise<Verdict> => {
    try {
      return ofAnswer(await checkIn(body))
    } catch (thrown) {
      const [failure, [pauseMs, ...left]] = [asFailure(thrown), pauses]
      if (pauseMs === undefined || !isWorthAnother(failure)) return ofFailure(failure)
      await pause(pauseMs)
      return sent(body, left)
    }
  }

  /** The same code without an answer is the same attempt. */
  const attemptOf = (code: string): Attempt => {
    if (last?.code !== code) last = { code, id: newAttemptId() }
    return last
  }

  const isAgain = (code: string) => last?.code === code && performance.now() - answeredAt < SAME_MS

  const ask = async (shown: Shown): Promise<void> => {
    const code = Object.values(shown).join('')
    if (isAgain(code)) return
    isAsking.value = true
    const attempt = attemptOf(code)
    const found = await sent({ attempt_id: attempt.id, ...shown })
    isAsking.value = false
    if (found.word === 'failed' || found.word === 'self') doubt()
    if (found.tone !== 'lost') answeredAt = performance.now()
    tell(found)
  }

  const show = async (text: string): Promise<void> => {
    if (isAsking.value) {
      next = text
      return
    }
    const shown = shownBy(text)
    if (shown) await ask(shown)
    else tell(UNREADABLE)
    const waiting = next
    next = ''
    if (waiting && waiting !== text) await show(waiting)
  }

  /** A code of a slow scanner comes in pieces, of which the last one alone is none. */
  const scanned = (text: string) => {
    const whole = parted(typed.value + text)
    if (shownBy(text) || !shownBy(whole.scanned)) return show(text)
    typed.value = whole.before
    return show(whole.scanned)
  }

  const write = (text: string) => {
    if (verdict.value) ready()
    typed.value = (typed.value + text).slice(0, MOST_TYPED)
    forget.start()
  }

  /** Whoever mistyped a letter mends that one. */
  const hasSlipped = () => verdict.value?.reason?.reason === 'ENTRY_CODE_MALFORMED'

  const submit = async (): Promise<void> => {
    const text = typed.value
    if (!text) return
    if (verdict.value) return ready()
    const { before, scanned: slow } = parted(text)
    if (slow) typed.value = before
    await show(slow || text)
    if (slow) return
    if (!hasSlipped()) typed.value = ''
  }

  tryOnScopeDispose(() => {
    back.stop()
    forget.stop()
  })

  return {
    typed,
    verdict,
    isAsking,
    /** In the middle of a code, however slow. */
    isScanning: computed(() => Boolean(parted(typed.value).scanned)),
    isIdle: computed(() => !verdict.value && !isAsking.value && !typed.value),
    ready,
    scanned,
    /** From a keyboard: also a scanner that sends no Enter. */
    wrote: (text: string) => (shownBy(text) ? show(text) : write(text)),
    /** From the pad: the last letter is enough. */
    tapped: (letter: string) => {
      if (typed.value.length >= LENGTH) return
      write(letter)
      if (typed.value.length === LENGTH) void submit()
    },
    erase: () => {
      typed.value = typed.value.slice(0, -1)
    },
    clear: () => {
      typed.value = ''
    },
    submit,
  }
}
