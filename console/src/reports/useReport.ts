/** What every report stands on: of whom and of which days it is, who looks at it, and how charts are drawn, once needed. */

import { defineAsyncComponent } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRights } from '@/organisation/rights'
import { useOrganisation } from '@/shell/organisation'
import ChartOutline from './ChartOutline.vue'
import { usePeriod } from './usePeriod'

export const ReportChart = defineAsyncComponent({
  loader: () => import('./ReportChart.vue'),
  loadingComponent: ChartOutline,
  delay: 0,
})

export const useReport = () => {
  const { t } = useI18n()
  const { id, isKnown } = useOrganisation()
  const { canManage } = useRights()
  const { period } = usePeriod()
  return { t, id, isKnown, canManage, period }
}
