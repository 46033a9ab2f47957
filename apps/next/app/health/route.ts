import { connect } from '../../lib/sessions'

export async function GET(): Promise<Response> {
  const { isDraining } = await connect(0)
  return new Response(null, { status: isDraining ? 503 : 200 })
}
