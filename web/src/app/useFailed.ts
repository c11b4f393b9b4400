import { App } from 'antd';
import { useText } from '../i18n';
import { said } from '../i18n/said';

/** Tells what of an action failed, in the reader's language. */
export function useFailed(): (error: Error) => void {
  const { message } = App.useApp();
  const { lang } = useText();
  return (error) => void message.error(said(error.message, lang));
}
