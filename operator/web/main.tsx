import { createRoot } from 'react-dom/client'
import { Console } from './app/console.tsx'
import { applyTheme, readTheme } from './app/theme.ts'
import './style/tokens.css'
import './style/shell.css'
import './style/parts.css'
import './style/pages.css'

applyTheme(readTheme())
const place = document.getElementById('console')
if (!place) throw new Error('expected a place for the console in index.html')
createRoot(place).render(<Console />)
