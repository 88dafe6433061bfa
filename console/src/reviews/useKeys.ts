/**
 * Single keys that do something, unless somebody writes, asks something of the browser, or has switched them off. A key
 * that is held down does it once: something that lies on the keyboard decides no queue.
 */

import { useEventListener } from '@vueuse/core'
import type { Ref } from 'vue'

const WRITES = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]'

const isElsewhere = ({ target, ctrlKey, metaKey, altKey, isComposing, repeat }: KeyboardEvent): boolean =>
  repeat ||
  ctrlKey ||
  metaKey ||
  altKey ||
  isComposing ||
  (target instanceof Element && Boolean(target.closest(`${WRITES}, [role=dialog]`)))

export const useKeys = (isOn: Ref<boolean>, keys: Record<string, () => unknown>): void => {
  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    const deed = keys[event.key.toLowerCase()]
    if (!deed || !isOn.value || isElsewhere(event)) return
    event.preventDefault()
    deed()
  })
}
