/** What people read when something could not be done: by kind, by reason where the vocabulary has none, by status. */
export const failures = {
  kinds: {
    offline: '网络不可用，请检查网络后重试',
    timeout: '网络太慢，请稍后重试',
    cancelled: '已取消',
    broken: '出错了，请稍后重试',
  },
  reasons: {
    REVISION_STALE: '刚刚有人改过，请刷新后再试',
    EXPORTS_QUEUED: '排队的导出已满 20 个，请取消一些，或等前面的完成',
    EXPORT_NOT_READY: '文件还没有生成，或已经删除，请重新导出',
    EXPORTS_OFF: '这里没有开通导出，请联系管理员',
    FILE_MISSING: '文件已经不在了，请重新导出',
    LAST_OWNER: '组织至少要有一位所有者，请先移交给别人',
    ORGANISATION_ARCHIVED: '组织已归档，先恢复后才能更改',
    SESSION_ENDED: '登录已失效，请重新登录',
    INVALID_ARGUMENT: '填写的内容有误，请检查后再试',
  },
  statuses: {
    401: '登录已失效，请重新登录',
    403: '没有权限进行这项操作',
    404: '没有找到，可能已被删除或不对你开放',
    409: '内容已被他人更改，请刷新后再试',
    413: '内容太长，请缩短后再试',
    422: '填写的内容有误，请检查后再试',
    429: '操作太频繁，请稍后再试',
    503: '服务暂时不可用，请稍后重试',
  },
  retryIn: '{s} 秒后可以重试',
  field: '内容不符合要求：{message}',
}
