/** Into the clipboard, also without TLS, where browsers have none for scripts; and into a file. */

/** Copies text; says whether that worked. */
export const copied = async (text: string): Promise<boolean> => {
  if (navigator.clipboard)
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  const area = document.createElement('textarea')
  area.value = text
  area.setAttribute('readonly', '')
  document.body.append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  return isDone
}

/** Copies a picture; says whether that worked. */
export const copiedPicture = async (picture: Blob): Promise<boolean> => {
  if (!navigator.clipboard || typeof ClipboardItem === 'undefined') return false
  return navigator.clipboard.write([new ClipboardItem({ [picture.type]: picture })]).then(
    () => true,
    () => false,
  )
}

/** Gives a file to whoever is at the browser. */
export const saveFile = (content: Blob, name: string): void => {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

/** A name that every system takes for a file. */
export const fileName = (title: string, extension: string): string =>
  `${
    title
      .replace(/[\\/:*?"<>|\p{Cc}]/gu, ' ')
      .trim()
      .slice(0, 60) || 'qiandao'
  }.${extension}`
