import { NumberInput } from '@mantine/core'

/** The field for T, the network's timesteps: 1 to 100. What is no such number changes nothing. */
export function TimestepsInput(props: { readonly label: string; readonly value: number; readonly onChange: (timesteps: number) => void }) {
  return (
    <NumberInput
      aria-label={props.label}
      w={76}
      min={1}
      max={100}
      allowDecimal={false}
      value={props.value}
      clampBehavior="strict"
      onChange={(text) => {
        if (typeof text === 'number' && Number.isInteger(text) && text >= 1 && text <= 100) props.onChange(text)
      }}
    />
  )
}
