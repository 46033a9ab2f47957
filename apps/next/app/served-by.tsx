import { connect } from '../lib/sessions'

/** Which worker has rendered this. */
export async function ServedBy() {
  const { worker } = await connect()
  return (
    <p>
      Served by worker <strong>{worker.name}</strong>. Stop it, and go on at another one.
    </p>
  )
}
