/** Three sounds that are told apart at a loud door, made on the phone: no file to load. Without any, colours and vibration stay. */

/** Tones after each other: how high, and for how long. */
const SOUNDS = /** @type {Record<string, [hertz: number, seconds: number][]>} */ ({
  good: [[1320, 0.09], [1760, 0.14]],
  wait: [[660, 0.14], [660, 0.14]],
  bad: [[220, 0.45]],
})
const GAP_S = 0.03
const LOUDNESS = 0.6

/** @type {any} */
let context = null

const tone = (/** @type {number} */ hertz, /** @type {number} */ from_s, /** @type {number} */ until_s) => {
  const [oscillator, gain] = [context.createOscillator(), context.createGain()]
  oscillator.frequency.value = hertz
  gain.gain.value = LOUDNESS
  oscillator.connect(gain)
  gain.connect(context.destination)
  oscillator.start(from_s)
  oscillator.stop(until_s)
}

/**
 * Plays one of them.
 *
 * @param {'good' | 'wait' | 'bad'} name
 */
const play = (name) => {
  if (typeof wx.createWebAudioContext !== 'function') return
  context = context || wx.createWebAudioContext()
  let at_s = context.currentTime
  for (const [hertz, seconds] of SOUNDS[name]) {
    tone(hertz, at_s, at_s + seconds)
    at_s += seconds + GAP_S
  }
}

module.exports = { play }
