/** Consents to messages: one acceptance is one message, and the server keeps count. */

const { asFailure } = require('../core/failure')

const KEY = 'grants'

/** @typedef {{ owner_id: string, key: string, grants: { template_id: string, result: string }[] }} Told */

/**
 * @param {Platform} platform
 * @param {import('./session').SessionWithTokens} session
 * @param {import('./api').Api} api
 * @param {import('./client_config').ClientConfig} config
 * @param {() => Promise<string>} newId
 */
const createSubscriptions = (platform, session, api, config, newId) => {
  /** @type {Record<string, number>} */
  let quotas = {}
  let known_of = ''

  const waiting = () => /** @type {Told[]} */ (platform.read(KEY) || [])

  const keep = (/** @type {Told[]} */ all) => {
    try {
      platform.write(KEY, all)
      return true
    } catch (thrown) {
      if (asFailure(thrown).reason !== 'STORAGE_FULL') throw thrown
      return false
    }
  }

  const send = async (/** @type {Told} */ told) => {
    const { owner_id, key, grants } = told
    const { body } = await api.send({ method: 'POST', path: '/v1/me/subscriptions', body: { grants }, key, owner_id })
    quotas = { ...quotas, ...body.quotas }
  }

  const learn = async () => {
    const asked_by = session.ownerId()
    const { quotas: said } = await api.get('/v1/me/subscriptions')
    quotas = said
    known_of = asked_by
  }

  /** Tells the server what it has not heard; its own key keeps each from counting twice. */
  const flush = async () => {
    if (!available().length) return
    if (known_of !== session.ownerId()) await learn()
    const mine = waiting().filter((told) => told.owner_id === session.ownerId())
    for (const told of mine) {
      await send(told)
      keep(waiting().filter((one) => one.key !== told.key))
    }
  }

  const available = () => /** @type {{ name: string, template_id: string }[]} */ (
    config.said().subscription_templates || []
  )

  /** @type {SubscriptionsService['ask']} */
  const ask = async (names) => {
    const template_ids = available().filter((one) => names.includes(one.name)).map((one) => one.template_id)
    if (!template_ids.length) return {}
    // Nothing may be waited for before this: WeChat asks only within a tap.
    const said = await platform.subscribe(template_ids)
    const grants = Object.entries(said).map(([template_id, result]) => ({ template_id, result }))
    const told = { owner_id: session.ownerId(), key: await newId(), grants }
    if (!grants.length) return said
    const is_kept = keep([...waiting(), told])
    const sent = is_kept ? flush() : send(told)
    // The person is not kept waiting; what could not be told goes with the next sync.
    sent.catch(() => null)
    return said
  }

  return { available, ask, quotas: () => quotas, flush }
}

module.exports = { createSubscriptions }
