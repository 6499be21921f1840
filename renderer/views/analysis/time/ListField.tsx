import { useState } from 'react'
import { TextInput } from '@mantine/core'
import type { HelpKey } from '../../../help/registry.ts'
import { Helped } from '../../../widgets/Help.tsx'

/** The whole numbers of a text like "1, 2, 8"; null where it holds anything else, or one out of range. */
export function readList(text: string, most: number): number[] | null {
  const values = text.split(/[\s,;]+/).filter((part) => part !== '').map(Number)
  return values.length > 0 && values.every((value) => Number.isInteger(value) && value >= 1 && value <= most) ? values : null
}

/** Several whole numbers as text. What is none is told and not taken over. */
export function ListField({ label, help, value, most, width, onChange }: { readonly label: string; readonly help: HelpKey; readonly value: readonly number[]; readonly most: number; readonly width: number; readonly onChange: (value: number[]) => void }) {
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <Helped of={help}>
      <TextInput
        label={label}
        w={width}
        value={typed ?? value.join(', ')}
        error={typed !== null && readList(typed, most) === null ? `Whole numbers from 1 to ${most}` : undefined}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          const read = readList(event.currentTarget.value, most)
          if (read !== null) onChange(read)
        }}
        onBlur={() => setTyped(null)}
      />
    </Helped>
  )
}
