// Locates the default jar, fetching it if need be, and writes its path to standard output.
import { locateJar } from '@hazelcast-session/member'

process.stdout.write(await locateJar())
