/** The platform over an imitated wx: requests, streams, storage, privacy. */

/** An object as wx, of what is given; every module of the platform is loaded afresh on it. */
const platformOn = (wx) => {
  jest.resetModules()
  global.wx = {
    getAccountInfoSync: () => ({ miniProgram: { envVersion: 'develop', version: '' } }),
    getAppBaseInfo: () => ({ fontSizeSetting: 20 }),
    getDeviceInfo: () => ({ platform: 'ios' }),
    canIUse: () => true,
    getUpdateManager: () => ({ onUpdateReady() {} }),
    ...wx,
  }
  return require('../../../../miniprogram/platform/index').createPlatform()
}

afterEach(() => { delete global.wx })

test('any status is an answer, with its headers in lower case', async () => {
  const asked = []
  const platform = platformOn({
    request: (options) => {
      asked.push(options)
      options.success({ statusCode: 422, data: { reason: 'TOO_LATE' }, header: { 'X-Request-Id': 'r1' } })
    },
  })
  const reply = await platform.request({ url: 'https://h/v1', method: 'POST', body: { name: '李' }, headers: { a: 'b' }, timeout_ms: 7000 })
  expect(reply).toEqual({ status: 422, body: { reason: 'TOO_LATE' }, headers: { 'x-request-id': 'r1' } })
  expect(asked[0]).toMatchObject({ method: 'POST', data: '{"name":"李"}', header: { a: 'b' }, timeout: 7000 })
})

test('text and bytes go as they are', async () => {
  const sent = []
  const platform = platformOn({ request: (options) => { sent.push(options.data); options.success({ statusCode: 201, data: {}, header: {} }) } })
  const bytes = new ArrayBuffer(4)
  for (const body of ['1. 王小明', bytes]) await platform.request({ url: 'u', method: 'POST', body, headers: {}, timeout_ms: 1 })
  expect(sent).toEqual(['1. 王小明', bytes])
})

test('no answer is a failure', async () => {
  const platform = platformOn({ request: (options) => options.fail({ errMsg: 'request:fail timeout' }) })
  await expect(platform.request({ url: 'u', method: 'GET', headers: {}, timeout_ms: 1 })).rejects.toMatchObject({ kind: 'timeout' })
})

/** A request in chunks and the handles to drive it. */
const chunked = () => {
  const handles = {}
  const request = (options) => {
    Object.assign(handles, options)
    return {
      onHeadersReceived: (told) => { handles.head = told },
      onChunkReceived: (told) => { handles.chunk = (bytes) => told({ data: Uint8Array.from(bytes).buffer }) },
      abort: () => { handles.is_aborted = true; handles.fail({ errMsg: 'request:fail abort' }) },
    }
  }
  return { handles, request }
}

test('a stream gives text over the borders of its chunks and then its end', () => {
  const { handles, request } = chunked()
  const platform = platformOn({ request })
  const heard = []
  platform.stream({ url: 'u', headers: {}, onText: (text) => heard.push(text), onEnd: (found) => heard.push(found) })
  const bytes = Buffer.from('早会')
  handles.head({ statusCode: 200 })
  handles.chunk(bytes.subarray(0, 4))
  handles.chunk(bytes.subarray(4))
  handles.fail({ errMsg: 'request:fail interrupted' })
  expect(heard).toEqual(['早', '会', { kind: 'interrupted', message: 'request:fail interrupted' }])
})

test('a stream that is ended tells nothing more', () => {
  const { handles, request } = chunked()
  const heard = []
  const end = platformOn({ request }).stream({ url: 'u', headers: {}, onText: (text) => heard.push(text), onEnd: () => heard.push('end') })
  end()
  handles.chunk(Buffer.from('late'))
  expect(handles.is_aborted).toBe(true)
  expect(heard).toEqual([])
})

test('the body of a refused stream is no text of it', () => {
  const { handles, request } = chunked()
  const heard = []
  platformOn({ request }).stream({ url: 'u', headers: {}, onText: (text) => heard.push(text), onEnd: (found) => heard.push(found) })
  handles.head({ statusCode: 403 })
  handles.chunk(Buffer.from('{"reason":"PERMISSION_DENIED"}'))
  handles.success({ statusCode: 403 })
  expect(heard).toMatchObject([{ kind: 'problem', status: 403 }])
})

test('a phone without chunks says so at once', () => {
  const heard = []
  platformOn({ request: () => ({}) }).stream({ url: 'u', headers: {}, onText: () => {}, onEnd: (found) => heard.push(found) })
  expect(heard).toMatchObject([{ kind: 'unsupported' }])
})

test('full storage is a failure that says so', () => {
  const platform = platformOn({ setStorageSync: () => { throw new Error('setStorage:fail exceed storage max size 10M') } })
  expect(() => platform.write('key', 1)).toThrow(expect.objectContaining({ reason: 'STORAGE_FULL' }))
})

test('nothing stored reads as null', () => {
  const platform = platformOn({ getStorageSync: (key) => (key === 'known' ? 0 : '') })
  expect([platform.read('known'), platform.read('unknown')]).toEqual([0, null])
})

test('the person is asked about privacy by the page that is on top, and a question nobody shows waits', () => {
  let need
  const platform = platformOn({ onNeedPrivacyAuthorization: (told) => { need = told } })
  const asked = []
  const answers = []
  const leave = platform.onPrivacy(() => asked.push('below'))
  const leaveTop = platform.onPrivacy((question) => {
    asked.push('top')
    question.agree('button')
  })
  need((answer) => answers.push(answer))
  leaveTop()
  leave()
  need((answer) => answers.push(answer))
  expect(asked).toEqual(['top'])
  platform.onPrivacy((question) => question.refuse())
  expect(answers).toEqual([{ event: 'agree', buttonId: 'button' }, { event: 'disagree' }])
})

test('the phone tells what it is, and a build without a version has that of the program', () => {
  const platform = platformOn({ startWifi() {}, getConnectedWifi() {} })
  expect(platform.info()).toEqual({ platform: 'ios', app_version: '0.1.0', env_version: 'develop', font_size: 20, has_nfc: false, has_wifi: true, has_chunked: true })
})

test('random bytes come from the phone', async () => {
  const getRandomValues = ({ length, success }) => success({ randomValues: new Uint8Array(length).fill(7).buffer })
  const platform = platformOn({ getUserCryptoManager: () => ({ getRandomValues }) })
  expect(await platform.randomBytes(3)).toEqual(Uint8Array.from([7, 7, 7]))
})

test('a file that was sent in a chat is read', async () => {
  const content = new ArrayBuffer(4)
  const platform = platformOn({
    chooseMessageFile: ({ success, extension }) => success({ tempFiles: [{ name: `list.${extension[0]}`, path: 'wxfile://list' }] }),
    getFileSystemManager: () => ({ readFile: ({ filePath, success }) => success({ data: filePath === 'wxfile://list' ? content : null }) }),
  })
  expect(await platform.chooseFile()).toEqual({ name: 'list.xlsx', content })
  const left = platformOn({ chooseMessageFile: ({ fail }) => fail({ errMsg: 'chooseMessageFile:fail cancel' }) })
  await expect(left.chooseFile()).rejects.toMatchObject({ kind: 'cancelled' })
})

test('a map that was left without a choice was cancelled', async () => {
  const platform = platformOn({ chooseLocation: ({ success }) => success({ name: '', address: '' }) })
  await expect(platform.chooseLocation()).rejects.toMatchObject({ kind: 'cancelled' })
})

test.each([[{ result: 'https://h/q/a', scanType: 'QR_CODE' }, { text: 'https://h/q/a', is_mini: false }], [{ scanType: 'WX_CODE' }, { text: '', is_mini: true }]])(
  'a scan of %j is %j', async (said, read) => {
    const platform = platformOn({ scanCode: ({ success }) => success(said) })
    expect(await platform.scan()).toEqual(read)
  })

test('a newer version is told of once it is there, and taken when told to', () => {
  const manager = { onUpdateReady(call) { manager.ready = call }, applyUpdate() { manager.is_applied = true } }
  const { update } = platformOn({ getUpdateManager: () => manager })
  let told = 0
  update.onReady(() => { told += 1 })
  expect([update.isReady(), told]).toEqual([false, 0])
  manager.ready()
  expect([update.isReady(), told]).toEqual([true, 1])
  update.apply()
  expect(manager.is_applied).toBe(true)
})

/** A phone with one folder of files; `answer` is what a download gets. */
const withFiles = (answer) => {
  const files = new Map()
  const done = []
  const fileSystem = {
    mkdir: ({ dirPath, success }) => { done.push(`mkdir ${dirPath}`); success({}) },
    rmdir: ({ dirPath, fail, success }) => {
      done.push(`rmdir ${dirPath}`)
      if (!files.size) return fail({ errMsg: 'rmdir:fail no such file or directory' })
      files.clear()
      return success({})
    },
    readFile: ({ filePath, success }) => success({ data: files.get(filePath) }),
  }
  const downloadFile = (options) => {
    done.push(`download ${options.url}`)
    const listening = {}
    Promise.resolve().then(() => {
      listening.headers({ header: { 'X-Request-Id': 'r1' } })
      listening.progress({ progress: 50, totalBytesWritten: 10, totalBytesExpectedToWrite: answer.expected })
      files.set(options.filePath, answer.text)
      options.success({ statusCode: answer.status })
    })
    return { onHeadersReceived: (call) => { listening.headers = call }, onProgressUpdate: (call) => { listening.progress = call } }
  }
  const opened = []
  const platform = platformOn({
    env: { USER_DATA_PATH: 'usr' }, getFileSystemManager: () => fileSystem, downloadFile,
    openDocument: ({ success, ...options }) => { opened.push(options); success({}) },
    shareFileMessage: ({ success, ...options }) => { opened.push(options); success({}) },
  })
  const told = []
  const download = () => platform.download({ url: 'https://h/v1/x.pdf', headers: {}, timeout_ms: 1, file: { name: '签到表.pdf', told: (progress) => told.push(progress) } })
  return { platform, files, done, told, opened, download }
}

test('a file is fetched under its name, the one before is gone, and it can be shown and sent on', async () => {
  const { platform, files, done, told, opened, download } = withFiles({ status: 200, text: '%PDF', expected: 20 })
  await download()
  const { status, body, headers } = await download()
  expect([status, body.path, headers]).toEqual([200, 'usr/papers/签到表.pdf', { 'x-request-id': 'r1' }])
  expect([...files.keys()]).toEqual(['usr/papers/签到表.pdf'])
  expect(done.slice(-3)).toEqual(['rmdir usr/papers', 'mkdir usr/papers', 'download https://h/v1/x.pdf'])
  expect(told[0]).toEqual({ percent: 50, bytes: 10 })
  await platform.openFile(body.path)
  await platform.sendFile(body.path)
  expect(opened).toMatchObject([{ filePath: body.path, fileType: 'pdf', showMenu: true }, { filePath: body.path, fileName: '签到表.pdf' }])
  expect(['a.pdf', 'a.xlsx', 'a.csv'].map(platform.canShow)).toEqual([true, true, false])
})

test('a no comes as a file, too, and is read; how large a file gets may be unknown', async () => {
  const { told, download } = withFiles({ status: 429, text: '{"reason": "TOO_MANY_PRINTS"}', expected: 0 })
  expect(await download()).toMatchObject({ status: 429, body: { reason: 'TOO_MANY_PRINTS' } })
  expect(told).toEqual([{ percent: null, bytes: 10 }])
  expect(await withFiles({ status: 502, text: '<html>', expected: 0 }).download()).toMatchObject({ status: 502, body: '<html>' })
})
