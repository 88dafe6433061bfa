import '@/theme/tokens.css'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import '@/theme/element.css'
import '@/theme/base.css'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import { newQueryClient } from '@/api/queries'
import { i18n, spoken } from '@/texts'
import { printLight, useTheme } from '@/theme/theme'
import App from './App.vue'
import { newRouter } from './router'
import { outdated } from './shell/outdated'

useTheme()
printLight()
outdated()
const queryClient = newQueryClient()
const app = createApp(App).use(i18n).use(VueQueryPlugin, { queryClient }).use(newRouter(queryClient))
void spoken().then(() => app.mount('#app'))
