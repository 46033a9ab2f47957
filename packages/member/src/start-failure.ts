/** Texts of the JVM and of Hazelcast that say why a member did not start, and what to do about it. */
const KNOWN_FAILURES: readonly (readonly [RegExp, string])[] = [
  [
    /Address already in use|auto-increment is disabled/i,
    'The port is taken: choose another `port`, or allow `autoIncrement`.',
  ],
  [/All ports .* in use/i, 'Every port of the range is taken: choose another `port`, or a larger `portCount`.'],
  [
    /Could not find or load main class|ClassNotFoundException: com\.hazelcast/,
    'The jar is damaged, or not that of a Hazelcast member: correct or remove HAZELCAST_JAR or the option `jar`.',
  ],
  [/InvalidConfigurationException|SchemaViolation|keyword location: #/, 'The member refused its configuration.'],
  [
    /Unrecognized (VM )?option|Could not create the Java Virtual Machine/,
    'The JVM refused an argument: see `jvmArgs`.',
  ],
  [/OutOfMemoryError|Too small maximum heap/, 'The heap is too small: give a larger `heapMb`.'],
  [/Cannot assign requested address/, 'This machine has no such address: correct `host`.'],
]

/** What is known about a failed start with this output; empty when nothing is. */
export function failureHints(lines: readonly string[]): string[] {
  const text = lines.join('\n')
  return KNOWN_FAILURES.filter(([pattern]) => pattern.test(text)).map(([, hint]) => hint)
}
