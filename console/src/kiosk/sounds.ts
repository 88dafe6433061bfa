/** Sounds of a kiosk, made here so that none has to be fetched: loud, and told apart with closed eyes. */

import { readonly, ref } from 'vue'
import type { Tone } from './verdicts'

interface Note {
  hz: number
  /** Seconds after the first. */
  at: number
  s: number
  shape?: OscillatorType
}

/** Up is good, level is known, twice is for staff, down is bad. */
const TUNES: Record<Tone, Note[]> = {
  good: [
    { hz: 880, at: 0, s: 0.12 },
    { hz: 1319, at: 0.13, s: 0.26 },
  ],
  known: [{ hz: 880, at: 0, s: 0.3 }],
  wait: [
    { hz: 660, at: 0, s: 0.16 },
    { hz: 660, at: 0.24, s: 0.16 },
  ],
  bad: [
    { hz: 330, at: 0, s: 0.2, shape: 'square' },
    { hz: 208, at: 0.22, s: 0.42, shape: 'square' },
  ],
  lost: [
    { hz: 247, at: 0, s: 0.18, shape: 'square' },
    { hz: 247, at: 0.28, s: 0.18, shape: 'square' },
    { hz: 247, at: 0.56, s: 0.18, shape: 'square' },
  ],
}
const LOUDNESS: Partial<Record<OscillatorType, number>> = { sine: 0.9, square: 0.35 }

/** Browsers let a page sound once somebody has touched it, and again after each time it was loaded. */
export const useSounds = () => {
  const isOn = ref(false)
  let audio: AudioContext | undefined

  const unlock = async (): Promise<void> => {
    audio ??= new AudioContext()
    await audio.resume()
    isOn.value = audio.state === 'running'
  }

  const note = (to: AudioContext, { hz, at, s, shape = 'sine' }: Note) => {
    const [source, volume, from] = [to.createOscillator(), to.createGain(), to.currentTime + at]
    source.type = shape
    source.frequency.value = hz
    // Not at once, which would click.
    volume.gain.setValueAtTime(0, from)
    volume.gain.linearRampToValueAtTime(LOUDNESS[shape] ?? 0.5, from + 0.01)
    volume.gain.setValueAtTime(LOUDNESS[shape] ?? 0.5, from + s - 0.03)
    volume.gain.linearRampToValueAtTime(0, from + s)
    source.connect(volume).connect(to.destination)
    source.start(from)
    source.stop(from + s)
  }

  const play = (tone: Tone): void => {
    if (audio?.state === 'running') for (const each of TUNES[tone]) note(audio, each)
  }

  return { isOn: readonly(isOn), unlock, play }
}
