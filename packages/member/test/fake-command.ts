import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new folder, removed when the test that asked for it is over. */
export async function temporaryFolder(onEnd: (remove: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'member-test-'))
  onEnd(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes an executable shell script and returns its path. */
export async function fakeCommand(folder: string, name: string, script: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, name)
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return file
}

/** A `java` that claims this version. */
export function fakeJava(folder: string, version: string): Promise<string> {
  return fakeCommand(folder, 'java', `echo 'openjdk version "${version}" 2025-01-01' >&2`)
}

/** An `mvn` that "downloads" these contents, as Maven would lay them down for version 0.0.1 or any other. */
export function fakeMaven(folder: string, contents: string): Promise<string> {
  return fakeCommand(
    folder,
    'mvn',
    `for argument; do case $argument in -Dmaven.repo.local=*) repository=\${argument#*=};; *pom.xml) pom=$argument;; esac; done
version=$(/bin/sed -n 's/.*<artifactId>hazelcast<.artifactId><version>\\([^<]*\\)<.*/\\1/p' "$pom")
/bin/mkdir -p "$repository/com/hazelcast/hazelcast/$version"
printf '%s' '${contents}' > "$repository/com/hazelcast/hazelcast/$version/hazelcast-$version.jar"`,
  )
}
