/** Copies a text; also where a hall's laptop has no TLS, and so no clipboard to write to. */

import { useClipboard } from '@vueuse/core'

export const useCopy = () => {
  const { copy, copied } = useClipboard({ legacy: true })
  return { copy, isCopied: copied }
}
