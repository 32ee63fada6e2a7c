"""Jobs in one LibreOffice Calc workbook."""
