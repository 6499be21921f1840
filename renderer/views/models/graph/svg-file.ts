const variable = /var\((--[\w-]+)\)/g

/** The drawing's colours in print, whatever the window's theme: black on white. Every name that GraphDrawing has stands here. */
const print: Readonly<Record<string, string>> = {
  '--surface': '#ffffff', '--sunken': '#eeeeee', '--hover': '#f5f5f5', '--line-strong': '#888888', '--accent': '#0b7d71', '--accent-soft': '#e6f4f2',
  '--ink': '#000000', '--ink-2': '#333333', '--ink-3': '#666666', '--on': '#d55e00',
}

/** The drawing as a file: all of it, in the colours of print. @throws where it has a colour that print has not */
export function svgText(drawing: string, width: number, height: number): string {
  const colour = (name: string): string => {
    const found = print[name]
    if (found === undefined) throw new Error(`${name} has no colour in print.`)
    return found
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" font-family="Helvetica, Arial, sans-serif">`,
    `<rect width="100%" height="100%" fill="${colour('--surface')}"/>`,
    drawing.replace(variable, (_, name: string) => colour(name)),
    '</svg>',
  ].join('')
}
