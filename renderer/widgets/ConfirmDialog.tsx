import { Button, Group, Modal, Text } from '@mantine/core'
import { useConfirm } from './confirm.ts'

/** Shows the question of `confirm`. Cancel has the focus. */
export function ConfirmDialog() {
  const open = useConfirm((state) => state.open)
  return (
    <Modal opened={open !== null} onClose={() => open?.answer(false)} title={open?.title} size="sm">
      <Text size="sm">{open?.message}</Text>
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" data-autofocus onClick={() => open?.answer(false)}>
          Cancel
        </Button>
        <Button color="red" onClick={() => open?.answer(true)}>
          {open?.action}
        </Button>
      </Group>
    </Modal>
  )
}
