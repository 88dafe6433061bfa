'use strict';
// What a team would build instead, without mistakes: Koa2, JWT, an HMAC-signed QR, the great circle, one INSERT and one
// INCR per check-in, on as many workers as node:cluster is told. Tuned where the usual code is slow: the JWT secret is
// parsed once, the activity is cached for ten seconds, the listen backlog takes a whole room.
//
// WORKERS, PORT, MYSQL_PORT, MYSQL_PASSWORD, REDIS_PORT, REDIS_PASSWORD, JWT_SECRET; MySQL and Redis user `baseline`.
const cluster = require('node:cluster');
const crypto = require('node:crypto');

const { WORKERS, PORT, MYSQL_PORT, MYSQL_PASSWORD, REDIS_PORT, REDIS_PASSWORD, JWT_SECRET } = process.env;
const SLOT_S = 30;
const CACHE_MS = 10_000;
const EARTH_M = 6_371_000;

if (cluster.isPrimary) {
  for (let i = 0; i < Number(WORKERS); i++) cluster.fork();
} else {
  serve();
}

function serve() {
  const Koa = require('koa');
  const Router = require('@koa/router');
  const bodyParser = require('koa-bodyparser');
  const Redis = require('ioredis');
  const jwt = require('jsonwebtoken');
  const mysql = require('mysql2/promise');

  const account = { user: 'baseline', database: 'baseline', password: MYSQL_PASSWORD };
  const db = mysql.createPool({ host: '127.0.0.1', port: Number(MYSQL_PORT), ...account });
  const redis = new Redis({ port: Number(REDIS_PORT), username: 'baseline', password: REDIS_PASSWORD });
  // jsonwebtoken tries to read a public key from a string secret on every call, which takes two thirds of the rate.
  const key = crypto.createSecretKey(Buffer.from(JWT_SECRET));
  const cache = new Map();

  async function findActivity(id) {
    const known = cache.get(id);
    if (known && known.until > Date.now()) return known.row;
    const [[row]] = await db.execute('SELECT * FROM activities WHERE id = ?', [id]);
    cache.set(id, { row, until: Date.now() + CACHE_MS });
    return row;
  }

  async function checkIn(ctx) {
    const { activity_id, qr, lat, lng } = ctx.request.body;
    const activity = await findActivity(Number(activity_id));
    if (!activity) ctx.throw(404, 'no activity');
    if (!isCurrent(activity, qr)) ctx.throw(403, 'qr expired');
    const distance = greatCircle(activity.lat, activity.lng, Number(lat), Number(lng));
    if (!(distance <= activity.radius_m)) ctx.throw(403, 'out of range');
    try {
      await db.execute('INSERT INTO checkins (activity_id, user_id, lat, lng, distance_m) VALUES (?, ?, ?, ?, ?)',
        [activity.id, ctx.state.user.openid, lat, lng, distance]);
    } catch (error) {
      if (error.code === 'ER_DUP_ENTRY') ctx.throw(409, 'already');
      throw error;
    }
    const rank = await redis.incr(`baseline:count:${activity.id}`);
    ctx.body = { code: 0, msg: 'ok', data: { rank, distance: Math.round(distance) } };
  }

  const router = new Router().post('/checkin', checkIn);
  const app = new Koa();
  app.use(answerErrors);
  app.use(bodyParser());
  app.use(async (ctx, next) => {
    const header = ctx.get('authorization');
    if (!header.startsWith('Bearer ')) ctx.throw(401, 'no token');
    try {
      ctx.state.user = jwt.verify(header.slice(7), key, { algorithms: ['HS256'] });
    } catch {
      ctx.throw(401, 'bad token');
    }
    await next();
  });
  app.use(router.routes());
  app.listen({ port: Number(PORT), host: '127.0.0.1', backlog: 4096 });
}

async function answerErrors(ctx, next) {
  try {
    await next();
  } catch (error) {
    ctx.status = error.status || 500;
    ctx.body = { code: ctx.status, msg: error.status ? error.message : 'internal' };
    if (!error.status) console.error(error);
  }
}

// A token is `<activity>.<slot>.<hex HMAC-SHA-256 of both>`, of this slot or the one before.
function isCurrent(activity, token) {
  const [id, slot, signature] = String(token).split('.');
  const now = Math.floor(Date.now() / 1000 / SLOT_S);
  if (Number(id) !== activity.id || (Number(slot) !== now && Number(slot) !== now - 1)) return false;
  const wanted = crypto.createHmac('sha256', activity.qr_secret).update(`${id}.${slot}`).digest();
  const given = Buffer.from(signature || '', 'hex');
  return given.length === wanted.length && crypto.timingSafeEqual(given, wanted);
}

function greatCircle(latA, lngA, latB, lngB) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const half = (a, b) => Math.sin(radians(b - a) / 2) ** 2;
  const chord = half(latA, latB) + Math.cos(radians(latA)) * Math.cos(radians(latB)) * half(lngA, lngB);
  return 2 * EARTH_M * Math.asin(Math.sqrt(chord));
}
