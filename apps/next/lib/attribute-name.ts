import { isAttributeName } from '@hazelcast-session/shop'

/** What a route's context says of its path. */
export interface Named {
  readonly params: Promise<{ readonly name: string }>
}

/** The attribute's name in the path, if it may be one. */
export async function attributeName({ params }: Named): Promise<string | undefined> {
  const { name } = await params
  return isAttributeName(name) ? name : undefined
}
