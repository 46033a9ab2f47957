/** What a member calls its cluster when nobody says anything. */
const HAZELCAST_DEFAULT = 'dev'

const IN_XML = /<cluster-name>\s*([^<]*?)\s*<\/cluster-name>/
const IN_YAML = /^[^#\n]*?["']?\bcluster-name["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|([^\s,#}]+))/m

/**
 * The cluster's name in the text of a member configuration, so that clients can be told before any member runs. Undefined when it
 * is made of a variable (`${…}`), which only the member can resolve.
 */
export function configuredClusterName(text: string): string | undefined {
  const withoutComments = text.replaceAll(/<!--[^]*?-->/g, '')
  const xml = IN_XML.exec(withoutComments)?.[1]
  const yaml = IN_YAML.exec(withoutComments)
  const name = xml ?? yaml?.[1] ?? yaml?.[2] ?? yaml?.[3] ?? HAZELCAST_DEFAULT
  return name.includes('${') ? undefined : name
}
