import { useState, type ReactNode } from 'react'
import { TextInput } from '@mantine/core'
import type { HelpKey } from '../help/registry.ts'
import { Helped } from './Help.tsx'

/** The number a text stands for ("1e-5", "0,5"); null for none. */
export function readNumber(text: string): number | null {
  const trimmed = text.trim().replace(',', '.')
  const value = Number(trimmed)
  return trimmed === '' || !Number.isFinite(value) ? null : value
}

/** 0.00001 -> "1e-5", 0.05 -> "0.05": how papers write it. */
export function writeNumber(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential().replace('e-0', 'e-') : String(value)
}

export interface NumberFieldProps {
  readonly label: ReactNode
  /** Accessible name where the label is no text. */
  readonly name: string
  /** Its explanation; null where it stands in words beside it. */
  readonly help: HelpKey | null
  readonly value: number
  readonly onChange: (value: number) => void
  readonly error?: string | undefined
  readonly width?: number
}

/** A number as text, so that 1e-5 can be typed. What is no number is told and not taken over. */
export function NumberField({ label, name, help, value, onChange, error, width }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const bad = typed !== null && readNumber(typed) === null ? 'Not a number' : undefined
  const field = (
    <TextInput
        label={label}
        aria-label={name}
        value={typed ?? writeNumber(value)}
        error={bad ?? error}
        inputMode="decimal"
        w={width}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          const read = readNumber(event.currentTarget.value)
          if (read !== null) onChange(read)
        }}
        onBlur={() => setTyped(null)}
      />
  )
  return help === null ? field : <Helped of={help}>{field}</Helped>
}
