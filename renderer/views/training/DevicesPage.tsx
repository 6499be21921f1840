import { useEffect } from 'react'
import { Alert, Button, Loader, Skeleton } from '@mantine/core'
import { IconDownload, IconGauge } from '@tabler/icons-react'
import type { DeviceReport } from '../../../preload/contract/index.ts'
import { isActive, useJobs } from '../../api/jobs.ts'
import { compact } from '../../app/format.ts'
import { Panel } from '../../widgets/Panel.tsx'
import { Tag, type Tone } from '../../widgets/Tag.tsx'
import widgets from '../../widgets/widgets.module.css'
import { fastest, installFor, measureDevices, readDevices, useDevices } from './devices.ts'
import styles from './devices.module.css'

const tones: Record<DeviceReport['state'], Tone> = { found: 'accent', works: 'good', fails: 'bad', missing: 'neutral' }

function Speed({ report, most }: { readonly report: DeviceReport; readonly most: number }) {
  if (report.samplesPerSecond === null) return null
  return (
    <div className={styles.speed}>
      <span className={styles.bar} aria-hidden>
        <i style={{ width: `${(100 * report.samplesPerSecond) / most}%` }} />
      </span>
      {compact(report.samplesPerSecond)} samples/s
      {report.lossDifference !== null && report.device !== 'cpu' && (
        <span className={styles.quiet}>losses within {report.lossDifference.toExponential(0)} of the CPU’s</span>
      )}
    </div>
  )
}

/** Every processor that could train: found or missing and why, what to do, and how fast it is. */
export function DevicesPage() {
  const { devices, error, measuring } = useDevices()
  const installing = useJobs(({ jobs }) => jobs.some((job) => job.kind === 'install' && isActive(job)))
  // Read again when an installation has ended: what was missing may be there now.
  useEffect(() => void (!installing && readDevices()), [installing])
  const best = fastest(devices ?? [])
  const most = best?.samplesPerSecond ?? 1
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <p className={styles.note}>
            A measurement takes a few real training steps (network Small, 34×34, T 10, batch 16, TRT) in a process of its own, and
            compares their losses with the CPU’s.{' '}
            {best !== null && (
              <b>
                Fastest here: {best.title}, {compact(most)} samples/s.
              </b>
            )}
          </p>
          <span className={widgets.grow} />
          <Button
            leftSection={<IconGauge size={16} />}
            loading={measuring !== null}
            disabled={devices === null}
            onClick={() => void measureDevices(devices ?? [])}
          >
            Measure all
          </Button>
        </div>
        {error !== null && (
          <Alert color="red" role="alert" mb={14}>
            {error}
          </Alert>
        )}
        {devices === null && error === null && <Skeleton height={240} />}
        <div className={styles.list}>
          {devices?.map((report) => (
            <Panel
              key={report.device}
              title={report.title}
              aside={
                measuring === report.device ? (
                  <Loader size="xs" aria-label={`Measuring ${report.title}`} />
                ) : (
                  <>
                    <Tag tone={tones[report.state]}>{report.state}</Tag>
                    {report.install !== undefined && (
                      <Button
                        variant="light"
                        size="compact-xs"
                        leftSection={<IconDownload size={13} />}
                        loading={installing}
                        aria-label={`Install what ${report.title} needs`}
                        onClick={() => void installFor(report)}
                      >
                        Install
                      </Button>
                    )}
                    {report.state !== 'missing' && (
                      <Button
                        variant="subtle"
                        size="compact-xs"
                        disabled={measuring !== null}
                        aria-label={`Measure ${report.title}`}
                        onClick={() => void measureDevices([report])}
                      >
                        Measure
                      </Button>
                    )}
                  </>
                )
              }
            >
              <Speed report={report} most={most} />
              <p className={styles.detail}>{report.detail}</p>
              {report.advice !== null && <p className={styles.advice}>{report.advice}</p>}
            </Panel>
          ))}
        </div>
      </div>
    </div>
  )
}
