/** A new organisation, which is the one of this console from then on. */

import { useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { told } from '@/parts/asks'
import { useOrganisation } from '@/shell/organisation'
import { found } from './queries'

export const NAME_MOST = 100

export const useFounding = () => {
  const { t } = useI18n()
  const client = useQueryClient()
  const { choose } = useOrganisation()

  const make = async (name: string): Promise<void> => {
    const { id } = await found(name)
    await client.invalidateQueries({ queryKey: ['organisations'] })
    await choose(id)
  }

  /** Asks for its name first. */
  const ask = async (): Promise<void> => {
    const name = await told({
      title: t('organisation.first.another'),
      placeholder: t('organisation.first.placeholder'),
      yes: t('organisation.first.yes'),
      no: t('common.cancel'),
      required: t('organisation.needsName'),
      most: NAME_MOST,
    })
    if (name) await make(name)
  }

  return { make, ask }
}
