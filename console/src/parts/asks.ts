/** Questions before something is done; who closes one said no. */

import type { ElMessageBoxOptions, MessageBoxInputData } from 'element-plus'

export interface Question {
  title: string
  content?: string
  yes: string
  no: string
  isGrave?: boolean
}

const options = ({ yes, no, isGrave }: Question): ElMessageBoxOptions => ({
  confirmButtonText: yes,
  cancelButtonText: no,
  confirmButtonClass: isGrave ? 'el-button--danger' : '',
  closeOnClickModal: false,
})

/** Whether somebody says yes. */
export const confirmed = async (question: Question): Promise<boolean> => {
  const { box } = await import('./askBox')
  return box.confirm(question.content ?? '', question.title, options(question)).then(
    () => true,
    () => false,
  )
}

interface TextQuestion extends Question {
  value?: string
  placeholder?: string
  most?: number
  /** What is said of an empty answer; without it an empty one will do. */
  required?: string
  isLong?: boolean
}

/** What somebody writes, without spaces around it; null: they changed their mind. */
export const told = async (question: TextQuestion): Promise<string | null> => {
  const { content = '', title, value = '', placeholder = '', most = 500, required, isLong } = question
  const { box } = await import('./askBox')
  return box
    .prompt(content, title, {
      ...options(question),
      inputValue: value,
      inputPlaceholder: placeholder,
      inputType: isLong ? 'textarea' : 'text',
      inputValidator: (text: string | null) => {
        const length = (text ?? '').trim().length
        return (!required || length > 0) && length <= most
      },
      inputErrorMessage: required ?? '',
    })
    .then(
      (answer) => String((answer as MessageBoxInputData).value ?? '').trim(),
      () => null,
    )
}
