import { describeMatrixSlice } from '../acts/matrix-slice.ts'

describeMatrixSlice('sticky')
