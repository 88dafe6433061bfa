// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { useKeys } from '@/reviews/useKeys'

const approve = vi.fn()
let scope: EffectScope

beforeEach(() => {
  approve.mockReset()
  scope = effectScope()
  scope.run(() => useKeys(ref(true), { a: approve }))
})
afterEach(() => scope.stop())

const press = (init: KeyboardEventInit, target: EventTarget = window) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, ...init }))

test('a key does it, in capitals too', () => {
  press({})
  press({ key: 'A' })
  expect(approve).toHaveBeenCalledTimes(2)
})

test('what lies on the keyboard decides once', () => {
  press({})
  for (let held = 0; held < 30; held += 1) press({ repeat: true })
  expect(approve).toHaveBeenCalledOnce()
})

test.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }])(
  'with %j it is somebody else’s',
  (init) => {
    press(init)
    expect(approve).not.toHaveBeenCalled()
  },
)

test('who writes decides nothing', () => {
  const field = document.body.appendChild(document.createElement('input'))
  press({}, field)
  expect(approve).not.toHaveBeenCalled()
  field.remove()
})
