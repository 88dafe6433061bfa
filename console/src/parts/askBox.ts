/** The box that questions are asked in, fetched with the first question. */

import { ElMessageBox } from 'element-plus'

export const box = ElMessageBox
