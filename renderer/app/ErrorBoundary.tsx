import { Component, type ReactNode } from 'react'
import { Button, CopyButton } from '@mantine/core'
import { useLibrary } from '../api/library.ts'
import { EmptyState } from '../widgets/EmptyState.tsx'
import { faultDetails, reportFault } from './faults.ts'
import { go } from './route.ts'

const title = 'This view stopped working'

/** Keeps a fault in one view from taking the window down: logs it, shows it, and offers to try again. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidCatch(error: unknown): void {
    reportFault(error)
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    const actions = (
      <>
        <Button onClick={() => this.setState({ error: null })}>Show it again</Button>
        <CopyButton value={faultDetails(title, error, useLibrary.getState().info?.version)}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy details'}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={() => go({ view: 'settings', page: 'log' })}>
          Log
        </Button>
      </>
    )
    return (
      <EmptyState title={title} actions={actions}>
        {error.message}. Nothing that was saved is touched, and jobs go on. Show the view again; where it stops again, the log holds what
        a report needs.
      </EmptyState>
    )
  }
}
