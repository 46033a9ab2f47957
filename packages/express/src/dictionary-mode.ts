import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Has V8 keep the properties of a request of Express, and of its response, in dictionaries from now on. It takes a third off
 * what a request costs: Express gives both another prototype, and of objects that got one V8 (11.3) shares no hidden
 * classes, so that each property that anybody adds then is paid for with a description of all of them in old space
 * (docs/decisions/010-what-a-request-leaves-behind.md).
 *
 * V8 goes over to a dictionary when a property is deleted that is not the newest. `req.res` and `res.req` have
 * their values again when this returns, and are the last of their properties then. An upgrade has no response.
 */
export function keepInDictionaries(req: IncomingMessage, res: ServerResponse | undefined): void {
  putAgain(req, 'res')
  if (res) putAgain(res, 'req')
}

function putAgain(object: object, name: string): void {
  const property = Object.getOwnPropertyDescriptor(object, name)
  if (property?.configurable === true && Reflect.deleteProperty(object, name)) {
    Object.defineProperty(object, name, property)
  }
}
