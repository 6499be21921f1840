import { Component, type ReactNode } from 'react'
import { Button } from '@mantine/core'
import { EmptyState } from '../widgets/EmptyState.tsx'

/** Keeps a fault in one view from taking the window down: shows it, and offers to try again. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children
    return (
      <EmptyState title="This view stopped working" actions={<Button onClick={() => this.setState({ error: null })}>Show it again</Button>}>
        {this.state.error.message}. Nothing that was saved is touched, and jobs go on.
      </EmptyState>
    )
  }
}
