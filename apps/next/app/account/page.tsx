/** The same page under a path of its own, for a site whose other paths are another application's. */
export { default } from '../page'
