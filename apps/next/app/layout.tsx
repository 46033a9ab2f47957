import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'

export const metadata: Metadata = { title: 'The shop' }

const BODY = { font: '1rem/1.5 system-ui', maxWidth: '40rem', margin: '2rem auto', padding: '0 1rem' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" style={{ colorScheme: 'light dark' }}>
      <body style={BODY}>
        <nav>
          <Link href="/">Shop</Link> <Link href="/cart">Cart</Link>
        </nav>
        {children}
      </body>
    </html>
  )
}
