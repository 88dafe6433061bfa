/** Something that a button does: once at a time, and what went wrong is said. */

import { ElMessage } from 'element-plus'
import { readonly, ref } from 'vue'
import { useFailureWords } from '@/api/words'

export const useDeed = <Given extends unknown[]>(deed: (...given: Given) => Promise<unknown>) => {
  const { say } = useFailureWords()
  const isBusy = ref(false)

  const run = async (...given: Given): Promise<void> => {
    if (isBusy.value) return
    isBusy.value = true
    try {
      await deed(...given)
    } catch (thrown) {
      ElMessage.error(say(thrown))
    } finally {
      isBusy.value = false
    }
  }

  return { run, isBusy: readonly(isBusy) }
}
