import type { ReasonWords, Texts } from './index'

declare module 'vue-i18n' {
  // A key that no language has is an error of types.
  export interface DefineLocaleMessage extends Texts {
    reasons: Record<string, ReasonWords>
  }
}
