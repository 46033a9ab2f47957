/** It has no types of its own. */
declare module 'koa-redis' {
  export default function redisStore(options: { url: string }): object
}
