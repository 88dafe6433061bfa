/** Which server a build talks to, and what this version is called; the one file that a deployment edits. */

/** Shown to the server and compared with its `min_version`. WeChat knows a version of released builds only. */
const VERSION = '0.1.0'

/** By `envVersion` of the build: a develop build talks to the stack that `make up` started on the same machine. */
const SERVERS = {
  develop: 'http://127.0.0.1:8080',
  trial: 'https://qiandao.example.com',
  release: 'https://qiandao.example.com',
}

/**
 * The address of the server.
 *
 * @param {string} env_version As `wx.getAccountInfoSync` calls the kind of build.
 */
const serverOf = (env_version) => (env_version === 'develop' || env_version === 'trial' ? SERVERS[env_version] : SERVERS.release)

module.exports = { VERSION, serverOf }
